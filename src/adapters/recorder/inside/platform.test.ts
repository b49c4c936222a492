import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import http from 'node:http';
import stream from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isOfPlatform, isPlatformPrototype } from './platform.ts';

const notOurs = new Set(['Object', 'EventEmitter', 'Proxy']);

/** Every class below a holder, as it says itself. */
function classesOf(holder: object): [string, object][] {
  return Object.getOwnPropertyNames(holder).flatMap((name): [string, object][] => {
    const made: unknown = Reflect.get(holder, name);
    const isClass = typeof made === 'function' && typeof made.prototype === 'object' && /^[A-Z]/.test(name);
    return isClass && !notOurs.has(name) ? [[name, made.prototype as object]] : [];
  });
}

describe('what is of the platform', () => {
  it.each([...classesOf(globalThis), ...classesOf(stream), ...classesOf(http)])('%s', (_name, prototype) => {
    expect(isOfPlatform(Object.create(prototype))).toBe(true);
    expect(isPlatformPrototype(prototype)).toBe(true);
  });

  it('what is made from a stream, but from nothing else of it', () => {
    class Own extends stream.Readable {}
    class Emitter extends EventEmitter {}
    class Dates extends Date {}
    expect([new Own(), new Emitter(), new Dates()].map(isOfPlatform)).toEqual([true, false, false]);
  });

  it('not what only bears such a name', () => {
    const { Response, Readable, Agent } = {
      Response: class Response {},
      Readable: class Readable {},
      Agent: class Agent {},
    };
    const named = [new Response(), new Readable(), new Agent(), { constructor: { name: 'Date' } }];
    expect(named.map(isOfPlatform)).toEqual([false, false, false, false]);
  });

  it('is known without loading what stands behind a global', () => {
    const module = fileURLToPath(new URL('./platform.ts', import.meta.url));
    const said = spawnSync(process.execPath, ['--import', module, '-e', loadedClients]);
    expect(said.stdout.toString()).toBe('false\n');
  });
});

const loadedClients = `
console.log(process.moduleLoadList.some((name) => /undici|_http_client/.test(name)));`;
