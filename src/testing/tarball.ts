import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

export type TarFile = {
  readonly path: string;
  readonly text: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink';
  /** Default 0o644. */
  readonly mode?: number;
};

/** A package's tarball from memory; paths are taken as they are, so that hostile ones can be made. */
export function packTarball(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap(({ path, text, type = 'File', mode = 0o644 }) => {
    const isLink = type === 'SymbolicLink';
    const content = Buffer.from(isLink ? '' : text);
    const size = content.length;
    const header = new Header({
      path,
      type,
      size,
      mode,
      mtime: new Date(0),
      ...(isLink ? { linkpath: text } : {}),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    return [block, content, Buffer.alloc((512 - (size % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** As `npm pack` would make it. */
export function packPackage(
  manifest: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): Buffer {
  const own = Object.entries(files).map(([path, text]) => ({ path: `package/${path}`, text }));
  return packTarball([{ path: 'package/package.json', text: JSON.stringify(manifest) }, ...own]);
}
