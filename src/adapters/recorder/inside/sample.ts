import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { Boundary } from './boundary.ts';
import { hookCommonJs } from './hook-commonjs.ts';
import { hookModules } from './hook-modules.ts';
import { OwnModules } from './own-modules.ts';
import { readSampleSettings, type SampleSettings } from './sample/sample-settings.ts';
import { SampleWriter } from './sample/sample-writer.ts';
import { Sampler } from './sample/sampler.ts';

/** Preloaded into a service (`node --import=…/sample.js`), told by its environment what to keep. */
try {
  const settings = readSampleSettings(process.env);
  if (settings !== undefined) start(settings);
  else if (process.env.AUTOLAND_RECORD_PACKAGES || process.env.AUTOLAND_RECORD_MODULES)
    tell('its settings cannot be understood');
} catch (thrown) {
  tell(thrown instanceof Error ? thrown.message : 'unknown');
}

function start(settings: SampleSettings): void {
  if (settings.share === 0 || settings.calls === 0) return;
  const { directory, packages, modules } = settings;
  if (!statSync(directory).isDirectory()) throw new Error(`${directory} is not a directory`);
  accessSync(directory, constants.W_OK);
  tellGaps(modules);
  const name = `${process.pid}-${threadId}-${process.hrtime.bigint()}`;
  const writer = new SampleWriter(join(directory, `${name}.jsonl`), settings.bytes);
  const doors = join(directory, 'doors', name);
  const sampler = new Sampler(writer, settings, Number(process.hrtime.bigint() & 0x7fff_ffffn));
  // A file may be named as a package is.
  const own = new OwnModules({ root: process.cwd(), paths: modules }, doors, './');
  const boundary = new Boundary(packages, sampler, own);
  hookCommonJs(boundary);
  hookModules(boundary, doors);
  process.on('exit', () => remove(doors));
}

function remove(doors: string): void {
  try {
    rmSync(doors, { recursive: true, force: true });
  } catch {
    // It is in nobody's way.
  }
}

/** Else a service would be thought to send nothing. */
function tellGaps(modules: readonly string[]): void {
  if (typeof registerHooks !== 'function')
    warn(`what is imported is not recorded: expected Node 22.15 or later, found ${process.version}`);
  for (const path of modules)
    if (!existsSync(resolve(path))) warn(`nothing is recorded of ${path}: it is not in ${process.cwd()}`);
}

/** A service must start all the same. */
function tell(why: string): void {
  warn(`nothing is recorded: ${why}`);
}

function warn(text: string): void {
  process.emitWarning(text.slice(0, 400), 'AutolandRecorderWarning');
}
