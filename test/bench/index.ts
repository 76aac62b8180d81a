import { harnessSpeed } from './harness-speed.js';
import { hostileText } from './hostile-text.js';
import { importSpeed } from './import-speed.js';
import { machine } from './machine.js';
import { startUp } from './start-up.js';

process.stdout.write(`${machine()}\n`);
for (const measure of [startUp, hostileText, importSpeed, harnessSpeed]) {
  process.stdout.write(`${await measure()}\n`);
}
