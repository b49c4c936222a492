import { ChildApiReader } from '../adapters/api/child-api-reader.ts';
import { ChildDocumentReader } from '../adapters/document-reader/child-document-reader.ts';
import { ChildProver } from '../adapters/prover/child-prover.ts';
import { ChildSecretScanner } from '../adapters/secret-scanner/child-secret-scanner.ts';
import { ChildSyntaxComparer } from '../adapters/syntax/child-syntax-comparer.ts';
import { idleBoundaryMutator, idleMutator } from './idle-mutator.ts';
import { idleReplayer } from './idle-replayer.ts';
import { idleReproducer } from './idle-reproducer.ts';
import { nothingVouched } from './memory-package-proofs.ts';

/** What guardrails reach out through that needs no repository: the real readers of text, and a clock; nothing is mutated, nobody vouches for a package. */
export function guardrailTools() {
  return {
    syntax: new ChildSyntaxComparer(),
    secrets: new ChildSecretScanner(),
    prover: new ChildProver({ effort: 4_000_000 }),
    documents: new ChildDocumentReader(),
    api: new ChildApiReader(),
    mutator: idleMutator,
    reproducer: idleReproducer,
    replayer: idleReplayer,
    boundary: idleBoundaryMutator,
    ...nothingVouched(),
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
  };
}
