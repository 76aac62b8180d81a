import { z } from 'zod';
import { decided, type Policy, type PolicyDocument, type SeenCall } from '../../policies/index.js';
import { UserError } from '../../user-error.js';
import { checkedParameters, policyId } from '../policy-document.js';
import { Verifier, verifierSchema } from './verifier.js';

const parametersSchema = z.strictObject({
  /** An answer is kept from this confidence on; above 1 none is. */
  threshold: z.number().min(0).max(2),
  verifier: verifierSchema,
});

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
  verify: NonNullable<Policy['verify']>,
): Policy {
  const { models } = document;
  return {
    id: policyId(document),
    router: document.router,
    dial: document.dial,
    models,
    needs: { domain: false, answers: true },
    decide({ calls }) {
      const last = calls.at(-1);
      if (last === undefined) {
        return decided({ kind: 'call', model: 0 }, 1, () => [
          `starts with ${models[0]}, the cheapest of ${models.length} in its cascade`,
          `may call on to ${models.slice(1).join(', then ')} if the verifier's confidence in the answer is below ${threshold}`,
        ]);
      }
      const next = last.model + 1;
      const callOn = (reason: () => string) =>
        decided({ kind: 'call', model: next }, 1, () => [reason(), `calls on to ${models[next]}`]);
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
      const { confidence } = last;
      if (confidence === null) {
        return decided({ kind: 'consult' }, 1, () => ['asks the verifier about the answer']);
      }
      if (confidence < threshold) {
        return callOn(() => `confidence ${confidence.toFixed(3)} is below ${threshold}`);
      }
      return decided({ kind: 'stop', answer: calls.length - 1 }, 1, () => [
        `confidence ${confidence.toFixed(3)} reaches ${threshold}`,
      ]);
    },
    verify,
    toDocument: () => document,
  };
}

/** @throws UserError quoting the path in the document that is wrong */
export function cascadeFromDocument(document: PolicyDocument): Policy {
  const { threshold, verifier } = checkedParameters(parametersSchema, document);
  const wrong = (path: string, expected: number, got: number): UserError =>
    new UserError(
      `Policy "${policyId(document)}": \`parameters.verifier.${path}\`: expected ${expected} numbers, got ${got}`,
    );
  if (verifier.models.length !== document.models.length) {
    throw wrong('models', document.models.length, verifier.models.length);
  }
  const { buckets, weights } = verifier.ngrams;
  if (buckets.length !== weights.length)
    throw wrong('ngrams.weights', buckets.length, weights.length);
  const learned = new Verifier(verifier);
  return cascadePolicy(document, threshold, (features, model, text) =>
    learned.confidence(features, model, text),
  );
}
