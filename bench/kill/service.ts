import { runFlagService } from '../../src/adapters/flag-service/flag-service-process.ts';

process.once('disconnect', () => process.exit());

/** The flag service as a process of its own; tells its ports. */
process.send?.((await runFlagService(JSON.parse(process.argv[2] ?? ''))).ports);
