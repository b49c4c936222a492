/** The import rules of ARCHITECTURE.md, as a machine reads them. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-imports-nothing',
      comment: 'The nouns know nobody.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/domain/' },
    },
    {
      name: 'ports-import-domain-only',
      comment: 'A port may also name the type of the configuration.',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { path: '^src/', pathNot: '^src/(domain|ports)/|^src/config/schema\\.ts$' },
    },
    {
      name: 'only-run-calls-ports',
      comment:
        'In a stage only run.ts, and the run-*.ts that it is made of, act; everything else takes data and returns data. Ports are interfaces, so importing the type is what calling takes: data that a port hands out has its type in domain/.',
      severity: 'error',
      from: { path: '^src/stages/[^/]+/', pathNot: '/run\\.ts$|/run-[a-z]+\\.ts$|\\.test\\.ts$' },
      to: { path: '^src/ports/' },
    },
    {
      name: 'in-an-agent-only-run-and-regenerate-call-ports',
      severity: 'error',
      from: { path: '^src/agents/', pathNot: '/(run|run-[a-z]+|regenerate)\\.ts$|\\.test\\.ts$' },
      to: { path: '^src/ports/' },
    },
    {
      name: 'pure-folders-know-no-ports',
      severity: 'error',
      from: { path: '^src/(domain|stats|proof|flag-off|judge-eval|audit|views)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/ports/' },
    },
    {
      name: 'pure-folders-do-no-io',
      comment:
        'A stage acts through ports only; shipped.ts reads files of this program itself, as an import would.',
      severity: 'error',
      from: {
        path: '^src/(domain|stats|proof|flag-off|judge-eval|audit|views|stages|engine|ports)/',
        pathNot: '\\.test\\.ts$|^src/stages/[34]-[a-z]+/shipped\\.ts$',
      },
      to: { path: '^(node:)?(fs|net|http|https|child_process|sqlite|worker_threads)(/|$)' },
    },
    {
      name: 'pure-folders-know-no-adapters',
      severity: 'error',
      from: {
        path: '^src/(domain|stats|proof|flag-off|judge-eval|audit|views|stages|engine|agents)/',
        pathNot: '\\.test\\.ts$',
      },
      to: { path: '^src/(adapters|cli|server|wiring)' },
    },
    {
      name: 'stages-do-not-meet',
      severity: 'error',
      from: { path: '^src/stages/([^/]+)/' },
      to: { path: '^src/stages/', pathNot: '^src/stages/$1/' },
    },
    {
      name: 'only-the-pipeline-joins-stages',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(stages/|pipeline\\.ts$|wiring)' },
      to: { path: '^src/stages/[^/]+/run\\.ts$' },
    },
    {
      name: 'only-wiring-joins-adapters',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapters|testing|wiring)|\\.test\\.ts$' },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'nothing-shipped-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$|^src/testing/' },
      to: { path: '^(test/|src/testing/)|\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
