import { z } from 'zod';
import type { Features } from '../../features/index.js';
import {
  certainties,
  decided,
  type Policy,
  type PolicyDocument,
  type SeenCall,
} from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { checkedParameters, policyId } from '../policy-document.js';
import {
  type AgreementDocument,
  agreedConfidence,
  agreementSchema,
  type Opinion,
} from './agreement.js';
import { type Reading, Verifier, type VerifierDocument, verifierSchema } from './verifier.js';

/** A cascade foretells nothing before it calls. */
const NO_PRIOR = 0.5;

const parametersSchema = z.strictObject({
  /** An answer is kept from this confidence on; above 1 none is. */
  threshold: z.number().min(0).max(2),
  verifier: verifierSchema,
  agreement: agreementSchema,
});

/** Reads an answer of one of a cascade's models. */
export type ReadAnswer = (features: Features, model: number, text: string) => Reading;

/** The answers that a verifier was consulted about. */
export function opinionsOf(
  calls: readonly SeenCall[],
  features: Features,
  read: ReadAnswer,
): Opinion[] {
  const opinions: Opinion[] = [];
  for (const { model, text, confidence } of calls) {
    if (text === null || confidence === null) continue;
    opinions.push({ model, confidence, conclusion: read(features, model, text).conclusion });
  }
  return opinions;
}

/** The call whose answer to keep where the last model failed: the one most trusted. */
function mostTrusted(calls: readonly SeenCall[]): number {
  return calls.reduce((best, call, at) => {
    const kept = calls[best]!;
    if (call.failed !== kept.failed) return call.failed ? best : at;
    return (call.confidence ?? 0) >= (kept.confidence ?? 0) ? at : best;
  }, 0);
}

/** Calls the document's models in order until the verifier trusts an answer. */
export function cascadePolicy(
  document: PolicyDocument,
  threshold: number,
  agreement: AgreementDocument,
  read: ReadAnswer,
): Policy {
  const { models } = document;
  const certain = certainties(models.length);
  return {
    id: policyId(document),
    router: document.router,
    dial: document.dial,
    models,
    needs: { domain: false, answers: true },
    decide({ calls }, features) {
      const last = calls.at(-1);
      if (last === undefined) {
        return decided(
          { kind: 'call', model: 0 },
          1,
          () => [
            `starts with ${models[0]}, the cheapest of ${models.length} in its cascade`,
            `may call on to ${models.slice(1).join(', then ')} if the verifier's confidence in the answer is below ${threshold}`,
          ],
          certain[0],
        );
      }
      const next = last.model + 1;
      const callOn = (reason: () => string) =>
        decided(
          { kind: 'call', model: next },
          1,
          () => [reason(), `calls on to ${models[next]}`],
          certain[next],
        );
      if (next === models.length) {
        return decided(
          { kind: 'stop', answer: last.failed ? mostTrusted(calls) : calls.length - 1 },
          1,
          () => [
            last.failed
              ? `${models[last.model]} failed: keeps the answer most trusted`
              : `${models[last.model]} is the last of the cascade`,
          ],
        );
      }
      if (last.failed) return callOn(() => `${models[last.model]} failed`);
      if (last.text === null) return callOn(() => 'there is no answer to verify');
      if (last.confidence === null) {
        return decided({ kind: 'consult' }, 1, () => ['asks the verifier about the answer']);
      }
      const opinions = opinionsOf(calls, features, read);
      const confidence = agreedConfidence(agreement, opinions.at(-1)!, NO_PRIOR, opinions);
      if (confidence < threshold) {
        return callOn(() => `confidence ${confidence.toFixed(3)} is below ${threshold}`);
      }
      return decided({ kind: 'stop', answer: calls.length - 1 }, 1, () => [
        `confidence ${confidence.toFixed(3)} reaches ${threshold}`,
      ]);
    },
    verify: (features, model, text) => read(features, model, text).confidence,
    toDocument: () => document,
  };
}

/** @throws UserError quoting the path in the document that is wrong */
export function cascadeFromDocument(document: PolicyDocument): Policy {
  const { threshold, verifier, agreement } = checkedParameters(parametersSchema, document);
  checkSizes(document, verifier, agreement);
  const learned = new Verifier(verifier);
  return cascadePolicy(document, threshold, agreement, (features, model, text) =>
    learned.read(features, model, text),
  );
}

/**
 * Whether a verifier and what is known of agreement are about as many models as the document has.
 * @throws UserError quoting the path in the document that is wrong
 */
export function checkSizes(
  document: PolicyDocument,
  verifier: VerifierDocument,
  { same, different }: AgreementDocument,
): void {
  const check = (path: string, expected: number, got: number): void => {
    if (expected === got) return;
    throw new UserError(
      `Policy "${policyId(document)}": \`parameters.${path}\`: expected ${expected} numbers, got ${got}`,
    );
  };
  const models = document.models.length;
  check('verifier.models', models, verifier.models.length);
  verifier.signals.forEach(({ weights }, at) => {
    check(`verifier.signals[${at}].weights`, models, weights.length);
  });
  const { buckets, weights } = verifier.ngrams;
  check('verifier.ngrams.weights', buckets.length, weights.length);
  for (const [name, table] of [
    ['same', same],
    ['different', different],
  ] as const) {
    check(`agreement.${name}`, models, table.length);
    table.forEach((row, at) => {
      check(`agreement.${name}[${at}]`, models, row.length);
    });
  }
}
