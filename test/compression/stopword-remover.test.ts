import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopwordRemover } from '../../src/compression/index.js';
import { mixed } from './documents.js';

const remover = new StopwordRemover();
const shortened = (text: string): string => remover.compress(text).text;

describe('StopwordRemover', () => {
  it.each([
    ['What is the capital of the country?', 'What capital of country?'],
    ['Is the cat larger than the dog?', 'Is cat larger than dog?'],
    ['The end is the\nstart of the line.', 'end the\nstart of line.'],
    ['- the first of the two\n- a  second', '- first of two\n- second'],
    [
      'Quelle est la ville dans la région pour les gens ?',
      'Quelle est ville dans région pour gens ?',
    ],
    ['¿Cuál es el nombre de la ciudad y por qué?', '¿Cuál es nombre de ciudad y por qué?'],
    ['Das ist sehr gut und der Hund ist bitte nicht da.', 'Das ist gut und der Hund ist nicht da.'],
  ])('makes of %j %j', (text, expected) => {
    expect(shortened(text)).toBe(expected);
  });

  it.each([
    'Let a be of form (a, b) with the, if a and not the.',
    'Go from here to there, before and after, not without all of this, only at least one.',
    'Who was who, and which of them had any or no reason?',
    'say "the cat is the cat of the house" with `the a is`',
    'IT of the, A of the, US and the.',
    'la capitale the',
    'die Katze beißt den Hund und das ist der Mann',
  ])('leaves %j alone', (text) => {
    expect(shortened(text)).toBe(text);
  });

  it('takes out whole words only: what is left is in the text, in order, on the same lines', () => {
    fc.assert(
      fc.property(mixed, (text) => {
        const [lines, shorter] = [text.split('\n'), shortened(text).split('\n')];
        expect(shorter.length).toBe(lines.length);
        for (const [at, line] of shorter.entries()) {
          const words = lines[at]!.split(/\s+/);
          let next = 0;
          for (const word of line.split(/\s+/)) {
            next = words.indexOf(word, next) + 1;
            expect(next).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
