import { rubrics } from '../judges/index.js';
import { createModel, systemClock } from '../models/index.js';
import {
  type Learning,
  type LearningConfig,
  type LearningOptions,
  learnedStateFile,
  openLearning,
  type ServiceConfig,
} from '../service/index.js';
import { UserError } from '../user-error.js';
import { environment } from './global-options.js';
import type { Io } from './io.js';
import { logLearningEvent, type ServiceLog } from './service-log.js';
import { isStoodInFor, simulatedOptions } from './simulated-upstream.js';

export interface ServiceLearningOptions
  extends Pick<LearningOptions, 'table' | 'ledger' | 'tenants' | 'seed'> {
  readonly config: ServiceConfig;
  readonly envFile: string[] | undefined;
  readonly log: ServiceLog;
}

/**
 * Opens what a service learns from its traffic; what its policy has learned is kept beside the ledger.
 * @returns null where nothing is to be learned
 * @throws UserError for a judge that cannot be opened, or a routing table that cannot do what is asked
 */
export async function openServiceLearning(
  { config, envFile, log, ...options }: ServiceLearningOptions,
  io: Io,
): Promise<Learning | null> {
  const { learning, storePrompts, ledger: path } = config;
  if (learning === undefined) return null;
  const { judge } = learning;
  return openLearning({
    ...options,
    config: learning,
    judge: judge === null ? null : await openJudge(judge, config, { envFile }, io),
    clock: systemClock,
    storePrompts,
    store: learnedStateFile(`${path}.learned.json`),
    onEvent: (event) => logLearningEvent(log, event),
  });
}

async function openJudge(
  { model: spec, rubric: id }: NonNullable<LearningConfig['judge']>,
  { simulated }: ServiceConfig,
  args: Pick<ServiceLearningOptions, 'envFile'>,
  io: Io,
): Promise<NonNullable<LearningOptions['judge']>> {
  const rubric = rubrics.get(id);
  if (rubric === undefined)
    throw new UserError(`learning.judge.rubric: there is no rubric "${id}"`);
  const env = environment(args, io);
  const model = await createModel(spec, {
    env,
    ...(isStoodInFor(spec) ? { simulated: await simulatedOptions(simulated) } : {}),
  });
  return { model, baseUrl: spec.baseUrl, rubric };
}
