import { FUTURE, PAST, PRESENT } from './words/function-words.js';

const ASKING: Readonly<Record<string, string>> = {
  who: 'who',
  whom: 'who',
  whose: 'whose',
  when: 'when',
  where: 'where',
  why: 'why',
  whether: 'yes-no',
};
const OPENING = new Set(
  'is are am was were do does did has have had can could will would should must may might'.split(
    ' ',
  ),
);
/** After "how", these ask for a manner of doing, whoever does it. */
const DOING = new Set('do can could should would might to i you we one'.split(' '));
const MODALS: Readonly<Record<string, string>> = {
  can: 'can',
  could: 'can',
  may: 'may',
  might: 'may',
  must: 'must',
  should: 'must',
  ought: 'must',
};

/** What a text asks for: who, when, how, whether. "What" and "which" say too little to count. */
export class Questions {
  readonly asked = new Set<string>();
  /** What narrows a question: the year, the city. */
  readonly narrowed = new Set<string>();
  readonly modals = new Set<string>();
  readonly tenses = new Set<'past' | 'present' | 'future'>();

  /** @param question `when:year` */
  note(question: string): void {
    const [asked, narrowed] = question.split(':') as [string, string | undefined];
    if (asked !== 'what' && asked !== 'differ') this.asked.add(asked);
    if (narrowed !== undefined) this.narrowed.add(narrowed);
  }

  noteModal(word: string): boolean {
    const modal = MODALS[word];
    if (modal !== undefined) this.modals.add(modal);
    return modal !== undefined;
  }

  /** @param opens whether it is the first word of a sentence */
  noteWord(word: string, next: string, opens: boolean): void {
    if (PAST.has(word)) this.tenses.add('past');
    else if (PRESENT.has(word)) this.tenses.add('present');
    else if (FUTURE.has(word)) this.tenses.add('future');
    if (word === 'how') this.asked.add(DOING.has(next) ? 'how' : 'how-so');
    else if (ASKING[word] !== undefined) this.asked.add(ASKING[word]);
    else if (opens && OPENING.has(word)) this.asked.add('yes-no');
    if (opens || word === 'must' || word === 'should' || word === 'ought') this.noteModal(word);
  }
}
