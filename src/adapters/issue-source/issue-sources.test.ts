import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { issueSourceContract } from '../../testing/contracts/issue-source.ts';
import { IssueHost, issueToken } from '../../testing/issue-host.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { BranchFolder } from './branch-folder.ts';
import { GithubIssues } from './github/github-issues.ts';

describe('issues in the protected branch', () => {
  issueSourceContract(async () => {
    const git = new TempGit();
    const files = new Map<string, string | null>([['.autoland/issues/notes.txt', 'no issue']]);
    let isWritten = false;
    const written = () => {
      if (!isWritten) git.commit('main', Object.fromEntries(files) as TestFiles);
      isWritten = true;
      return source;
    };
    const source = new BranchFolder({ git, branch: 'main', most: 4 });
    return {
      source: {
        list: (label, signal) => written().list(label, signal),
        read: (id, signal) => written().read(id, signal),
      },
      write({ title, body, labels }) {
        const id = `.autoland/issues/n-${files.size}.md`;
        files.set(id, `---\ntitle: ${title}\nlabels: [${labels.join(', ')}]\n---\n${body}`);
        isWritten = false;
        return id;
      },
      rewrite(id, body) {
        files.set(id, `---\ntitle: x\nlabels: [autoland]\n---\n${body}`);
        isWritten = false;
      },
      finish(id) {
        files.delete(id);
        isWritten = false;
      },
      tooMany: 6,
      close: async () => git.remove(),
    };
  });
});

describe('issues at GitHub', () => {
  issueSourceContract(async () => {
    const host = await IssueHost.open();
    const dir = mkdtempSync(join(tmpdir(), 'autoland-issues-'));
    const tokenFile = join(dir, 'token');
    writeFileSync(tokenFile, `${issueToken}\n`, { mode: 0o600 });
    const numberOf = (id: string) => Number(id.split('#')[1]);
    return {
      source: new GithubIssues({ url: host.url, repository: 'acme/shop', tokenFile }),
      write({ labels, ...words }) {
        const number = host.open(words);
        for (const label of labels) host.label(number, label, 'alice');
        return `acme/shop#${number}`;
      },
      rewrite: (id, body) => host.edit(numberOf(id), body),
      finish: (id) => host.shut(numberOf(id)),
      tooMany: 1_001,
      async close() {
        await host.close();
        rmSync(dir, { recursive: true });
      },
    };
  });
});
