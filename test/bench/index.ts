import { compression } from './compression.js';
import { day } from './day.js';
import { harnessSpeed } from './harness-speed.js';
import { hostileText } from './hostile-text.js';
import { importSpeed } from './import-speed.js';
import { machine } from './machine.js';
import { offPolicy } from './off-policy.js';
import { routing } from './routing.js';
import { scale } from './scale.js';
import { semanticCache } from './semantic-cache.js';
import { service } from './service.js';
import { serviceLong } from './service-long.js';
import { startUp } from './start-up.js';
import { statistics } from './statistics.js';

/** What each is called; all of them run where none is named. */
const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  'start-up': startUp,
  'hostile-text': hostileText,
  compression,
  day,
  'import-speed': importSpeed,
  'harness-speed': harnessSpeed,
  routing,
  scale,
  statistics,
  'off-policy': offPolicy,
  'semantic-cache': semanticCache,
  service,
  'service-long': serviceLong,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in BENCHES));
if (unknown === undefined) {
  process.stdout.write(`${machine()}\n`);
  for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
    process.stdout.write(`${await BENCHES[name]!()}\n`);
  }
} else {
  process.stderr.write(
    `There is no bench "${unknown}": choose from ${Object.keys(BENCHES).join(', ')}\n`,
  );
  process.exitCode = 2;
}
