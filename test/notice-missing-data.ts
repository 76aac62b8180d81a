import { recordedData, recordedFolder } from './recorded-data.js';

/** Says once, where anyone sees it, why tests on recorded data are skipped. */
export default function noticeMissingData(): void {
  if (recordedData === undefined) {
    process.stderr.write(
      `SKIPPED: tests on recorded outcomes: no folder "${recordedFolder}". Set SWITCHYARD_DATA to a folder with routellm/ (github.com/lm-sys/RouteLLM) and routerbench/ (github.com/withmartian/routerbench).\n`,
    );
  }
}
