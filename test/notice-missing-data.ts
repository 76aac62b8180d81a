import { browserFound, browserPath } from './browser.js';
import { recordedData, recordedFolder } from './recorded-data.js';

/** Says once, where anyone sees it, why tests on recorded data or in a browser are skipped. */
export default function noticeMissingData(): void {
  if (recordedData === undefined) {
    process.stderr.write(
      `SKIPPED: tests on recorded outcomes: no folder "${recordedFolder}". Set SWITCHYARD_DATA to a folder with routellm/ (github.com/lm-sys/RouteLLM) and routerbench/ (github.com/withmartian/routerbench).\n`,
    );
  }
  if (!browserFound) {
    process.stderr.write(
      `SKIPPED: tests of the HTML report: no browser at "${browserPath}". Install chromium, or set CHROMIUM_PATH to one.\n`,
    );
  }
}
