import { ChildApiReader } from '../adapters/api/child-api-reader.ts';
import { ChildDocumentReader } from '../adapters/document-reader/child-document-reader.ts';
import { ChildProver } from '../adapters/prover/child-prover.ts';
import { ChildSecretScanner } from '../adapters/secret-scanner/child-secret-scanner.ts';
import { ChildSyntaxComparer } from '../adapters/syntax/child-syntax-comparer.ts';
import type { ApiQuestion } from '../domain/api.ts';
import type { SourceText } from '../domain/capabilities.ts';
import type { ParameterQuestion } from '../domain/parameter-types.ts';
import { idleDriverRunner } from './idle-driver-runner.ts';
import { idleBoundaryMutator, idleMutator } from './idle-mutator.ts';
import { idleReplayer } from './idle-replayer.ts';
import { idleReproducer } from './idle-reproducer.ts';
import { nothingVouched } from './memory-package-proofs.ts';

type Texts = readonly SourceText[];

/** By question: a child answers the same one alike, and most changes of a test ask what the one before has asked. */
const answers = new Map<string, Promise<unknown>>();

function once<Question, Answer>(name: string, ask: (question: Question) => Promise<Answer>): typeof ask {
  return (question) => {
    const key = `${name} ${JSON.stringify(question)}`;
    const answer = answers.get(key) ?? ask(question);
    answers.set(key, answer);
    return answer as Promise<Answer>;
  };
}

/** What guardrails reach out through that needs no repository: the real readers of text, and a clock; nothing is mutated, nobody vouches for a package. */
export function guardrailTools() {
  const secrets = new ChildSecretScanner();
  const api = new ChildApiReader();
  return {
    syntax: new ChildSyntaxComparer(),
    secrets: { scan: once('secrets', (texts: Texts) => secrets.scan(texts)) },
    prover: new ChildProver({ effort: 4_000_000 }),
    documents: new ChildDocumentReader(),
    api: {
      compare: once('compare', (question: ApiQuestion) => api.compare(question)),
      imports: once('imports', (texts: Texts) => api.imports(texts)),
      parameters: once('parameters', (question: ParameterQuestion) => api.parameters(question)),
    },
    mutator: idleMutator,
    reproducer: idleReproducer,
    replayer: idleReplayer,
    boundary: idleBoundaryMutator,
    drivers: idleDriverRunner,
    ...nothingVouched(),
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
  };
}
