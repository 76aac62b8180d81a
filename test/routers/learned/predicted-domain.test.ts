import { describe, expect, it } from 'vitest';
import { importOutcomes } from '../../../src/outcomes/index.js';
import { policyFromDocument, type RouterData, routers } from '../../../src/routers/index.js';
import { domainClassifierOf } from '../../../src/routers/learned/domains/domain-classifier.js';
import { createRng } from '../../../src/statistics/index.js';
import { createTableReader } from '../../../src/store/index.js';
import { recorded, recordedData } from '../../recorded-data.js';
import { asks, dataOf, type Row, TOPICS, textOf } from './domains-sample.js';

const rows = TOPICS.flatMap((topic) =>
  Array.from({ length: 12 }, (_, n): Row => {
    const cooks = topic === 'cooking' ? 1 : 0;
    return [asks(textOf(topic, n), topic), [cooks, 1 - cooks * (n % 2)], [1, 3]];
  }),
);
const data = dataOf(rows);
const options = { seed: 1, dials: 5, settings: {} };

const fitted = (id: string, on: RouterData = data) => {
  const result = routers.get(id)!.fit(on, data, options);
  if ('leftOut' in result) throw new Error(result.leftOut);
  return result;
};
const classifierOf = (on: RouterData) => {
  const classifier = domainClassifierOf(on);
  if ('leftOut' in classifier) throw new Error(classifier.leftOut);
  return classifier;
};
const fresh = { calls: [], learned: null };

describe('the domain classifier', () => {
  it('tells topics by their words, whatever domain is declared', () => {
    const classifier = classifierOf(data);
    for (const topic of TOPICS) {
      for (const words of [textOf(topic, 50), textOf(topic, 51)]) {
        expect(classifier.domainOf(asks(words, 'something else'))).toBe(topic);
      }
    }
  });

  it('takes the commonest domain where nothing in the text is known', () => {
    const more = dataOf([...rows, [asks(textOf('sailing', 90), 'sailing'), [0, 1], [1, 3]]]);
    expect(classifierOf(more).domainOf(asks('?'))).toBe('sailing');
  });

  it('learns once from one part', () => {
    expect(domainClassifierOf(data)).toBe(domainClassifierOf(data));
  });
});

describe.each(['per-domain', 'shrinkage'])('the twin of %s', (id) => {
  it('decides as its router would in the domain that the text tells', () => {
    const twins = fitted(`${id}-predicted`);
    const policies = fitted(id);
    expect(twins.map((twin) => twin.dial)).toEqual(policies.map(({ dial }) => dial));
    twins.forEach((twin, at) => {
      expect(twin.id).toBe(`${id}-predicted@${twin.dial}`);
      expect(twin.needs).toEqual({ domain: false, answers: false });
      for (const topic of TOPICS) {
        const [told, undeclared] = [asks(textOf(topic, 60), topic), asks(textOf(topic, 60))];
        expect(twin.decide(fresh, undeclared, createRng(1))).toEqual(
          policies[at]!.decide(fresh, told, createRng(1)),
        );
        expect(twin.forecast!(undeclared)).toEqual(policies[at]!.forecast!(told));
      }
    });
  });

  it('comes back from its document', () => {
    for (const twin of fitted(`${id}-predicted`)) {
      const text = JSON.stringify(twin.toDocument());
      const copy = policyFromDocument(JSON.parse(text));
      expect(JSON.stringify(copy.toDocument())).toBe(text);
      for (const [features] of rows) {
        expect(copy.forecast!(features)).toEqual(twin.forecast!(features));
        const decision = copy.decide(fresh, features, createRng(1));
        expect(decision).toEqual(twin.decide(fresh, features, createRng(1)));
      }
    }
  });

  it('keeps what else is known of a request', () => {
    const [twin] = fitted(`${id}-predicted`);
    const signals = { 'embedding:x': { values: Float32Array.of(1), cost: 0, latency: 0 } };
    const plain = asks(textOf('cooking', 1));
    expect(twin!.forecast!({ ...plain, signals })).toEqual(twin!.forecast!(plain));
    const relabelled = classifierOf(data).relabel({ ...plain, signals });
    expect(relabelled).toEqual({ ...plain, domain: 'cooking', signals });
  });

  it('is left out where there are no domains to learn, or one', () => {
    const with_ = (domain: string | null) =>
      dataOf(rows.map(([{ text }, ...rest]) => [asks(text, domain), ...rest]));
    const leftOut = (on: RouterData) => routers.get(`${id}-predicted`)!.fit(on, data, options);
    expect(leftOut(with_(null))).toEqual({ leftOut: '36 of 36 prompts declare no domain' });
    expect(leftOut(with_('all'))).toEqual({
      leftOut: 'the prompts to learn from are of one domain',
    });
  });

  it('refuses a document around another policy', () => {
    const [document] = fitted(`${id}-predicted`).map((twin) => twin.toDocument());
    const of = (change: object) => ({
      ...document!,
      parameters: { ...document!.parameters, policy: { ...policyOf(document!), ...change } },
    });
    const policyOf = ({ parameters }: { parameters: Readonly<Record<string, unknown>> }) =>
      parameters.policy as object;
    expect(() => policyFromDocument(of({ router: 'always' }))).toThrow(
      `expected "${id}@0" of the same models, got "always@0"`,
    );
    expect(() => policyFromDocument(of({ dial: '0.25' }))).toThrow('`parameters.policy`');
  });
});

describe.skipIf(!recordedData)('on the 57 subjects of MMLU', () => {
  it('tells the right one in over half of the prompts, where a guess does in 1 of 20', async () => {
    const reader = createTableReader();
    const { prompts } = await importOutcomes('routellm', recorded('routellm', 'mmlu'), { reader });
    const asked = prompts.map(({ messages, domain }) => asks(messages[0]!.content, domain));
    const every = (from: number) => asked.filter((_, at) => at % 4 === from);
    const classifier = classifierOf(dataOf(every(0).map((one) => [one, [0, 1], [1, 3]])));
    const held = every(2);
    const right = held.filter((one) => classifier.domainOf(one) === one.domain).length;
    expect(right / held.length).toBeGreaterThan(0.55);
  });
});
