import { defineCommand } from './command.js';
import { EXIT } from './io.js';

export const serve = defineCommand({
  usage: 'serve',
  summary:
    'Serve models behind one address: repeated answers cached, routed by a table, all metered',
  examples: [
    ['serve', 'The simulated models, offline: point any SDK at http://127.0.0.1:8787/v1'],
    ['serve --table results/quickstart.table.json', 'Requests for the model "auto" are routed'],
    ['serve --config service.yaml', 'Models, tenants, budgets and limits of your own'],
    ['serve --new-key alice', 'Make a key for a tenant and the lines that let it in'],
  ],
  options: (program) =>
    program
      .option('table', {
        type: 'string',
        alias: 't',
        requiresArg: true,
        describe: 'A routing table that "switchyard export" wrote; decides requests for "auto"',
      })
      .option('config', {
        type: 'string',
        alias: 'c',
        requiresArg: true,
        describe: 'A configuration file (YAML); flags go over it',
      })
      .option('port', {
        type: 'number',
        requiresArg: true,
        describe: 'Port to listen on; 0 picks a free one (default 8787)',
      })
      .option('host', {
        type: 'string',
        requiresArg: true,
        describe: 'Address to listen on; any but loopback needs tenants (default 127.0.0.1)',
      })
      .option('new-key', {
        type: 'string',
        requiresArg: true,
        describe: 'Print a new key for a tenant of this name and its hash, and end',
      }),
  run: async (args, io) => {
    if (args.newKey !== undefined) {
      const { printNewKey } = await import('./new-key.js');
      printNewKey(args.newKey, args, io);
      return EXIT.done;
    }
    const { port } = await import('./arguments.js');
    if (args.port !== undefined) port('--port', args.port);
    const { serviceSettings } = await import('./service-settings.js');
    const { openService } = await import('./open-service.js');
    const { announce, announceEnd } = await import('./service-text.js');
    const { createServiceLog, errorFields } = await import('./service-log.js');
    const crashed = createServiceLog('error', io.err, () => io.now().getTime());
    io.onCrash((error) => {
      crashed('error', 'fault of the program; it ends', errorFields(error));
      io.exit(EXIT.failed);
    });
    const settings = await serviceSettings(args, io);
    // The database makes files of its own, which hold what callers asked where prompts are stored.
    process.umask(process.umask() | 0o077);
    const service = await openService(settings, args, io);
    const stopped = new Promise<void>((stop) => {
      let signals = 0;
      io.onInterrupt(() => {
        signals++;
        if (signals === 1) stop();
        else io.exit(EXIT.interrupted);
      });
    });
    // Whoever reads that it listens may end it at once.
    announce(service, settings, args, io);
    await stopped;
    announceEnd(service, args, io);
    await service.close();
    return EXIT.done;
  },
});
