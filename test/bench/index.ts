import { harnessSpeed } from './harness-speed.js';
import { importSpeed } from './import-speed.js';
import { machine } from './machine.js';
import { startUp } from './start-up.js';

process.stdout.write(`${machine()}\n`);
for (const measure of [startUp, importSpeed, harnessSpeed]) {
  process.stdout.write(`${await measure()}\n`);
}
