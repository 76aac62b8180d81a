/** One server-sent event with JSON data (WHATWG HTML, "Server-sent events"), ready to write. */
export function eventFrame(data: unknown, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}
