import { type Crowd, FlagCrowd, type Ports } from '../../src/testing/flag-crowd.ts';

/** A process of flag clients: answers when all of them evaluate a flag as asked for. */
function follow(given: { ports: Ports; token: string; crowd: Crowd }): void {
  const crowd = new FlagCrowd(given.ports, given.token, given.crowd);
  process.on('message', ({ key, on }: { key: string; on: boolean }) => {
    const timer = setInterval(() => {
      const since = crowd.settled(key, on);
      if (since === undefined) return;
      clearInterval(timer);
      process.send?.({ since });
    }, 5);
  });
}

process.once('disconnect', () => process.exit());
follow(JSON.parse(process.argv[2] ?? ''));
