import type { RiskId } from '../../src/testing/covers.ts';

export type Risk = {
  readonly title: string;
  /** What holds it here; with `gap`: what is not held, and why. */
  readonly control: string;
  readonly gap?: string;
  /** Where the control is. []: it does not apply. */
  readonly where: readonly string[];
  /** Its number in the edition of 2026; absent: of the other list. */
  readonly in2026?: string;
};

const forModels = {
  LLM01: {
    title: 'Prompt Injection',
    in2026: 'LLM01',
    control:
      'Models are taken to obey whatever they read. What a judge need not read is not shown; the rest is marked, and code looks for speech by itself. A judge may veto, never permit. An agent works where it can reach nothing, and what it hands in goes by its diff.',
    gap: 'Words that code does not know can take away the veto of every family that obeys them. Guardrails and policy are what is left.',
    where: ['src/stages/3-judge/', 'src/domain/speech.ts', 'src/adapters/sandbox/', 'src/stages/1-classify/'],
  },
  LLM02: {
    title: 'Sensitive Information Disclosure',
    in2026: 'LLM02',
    control:
      'What runs in a sandbox has no key and nothing of the environment of this machine; its token opens one door, while the job lasts. Keys of models are put in outside. Records are looked through for credentials before they are written, and encrypted.',
    gap: 'The tree that an agent works on is seen by whoever runs its model.',
    where: ['src/adapters/sandbox/', 'src/adapters/model-proxy/', 'src/adapters/exchange-log/'],
  },
  LLM03: {
    title: 'Supply Chain',
    in2026: 'LLM04',
    control:
      'Packages: lockfile, integrity, install scripts, age, signatures, provenance and what the new tarball can newly do. Models: an answer counts only of the model that was asked, and a panel or a prompt that changes earns its standing anew.',
    gap: 'What a provider serves under the name of a model is its word.',
    where: ['src/stages/2-guardrails/', 'src/stages/3-judge/read-reply.ts'],
  },
  LLM04: {
    title: 'Data and Model Poisoning',
    in2026: 'LLM05',
    control:
      'autoland trains and tunes nothing. What it measures judges by is proved: labels by running both sides, canaries by a defect that it puts in itself. Kept answers are named by all that they depend on, where no sandbox writes.',
    gap: 'How the models that you choose were trained is not seen here: they are measured, and several families are asked.',
    where: ['src/stages/3-judge/canary/', 'evalset/', 'src/stages/3-judge/kept-answer.ts'],
  },
  LLM05: {
    title: 'Improper Output Handling',
    in2026: 'LLM10',
    control:
      'An answer is JSON of a closed form with the nonce of its question, or none; a finding counts where code finds its quote. Files of an agent are a change like any other. No answer is run, and what is shown of one is plain text.',
    where: [
      'src/stages/3-judge/answer.ts',
      'src/stages/3-judge/place.ts',
      'src/adapters/coding-agent/',
      'src/domain/plain.ts',
    ],
  },
  LLM06: {
    title: 'Excessive Agency',
    in2026: 'LLM03',
    control:
      'Agents hand in and read; there is no tool that merges, exposes, resumes or changes a rule. Each role has one key and one power, and checks what the one before has signed. Classes beyond those of low risk are never autonomous.',
    where: ['src/server/mcp/', 'src/stages/4-policy/', 'src/adapters/attestor/'],
  },
  LLM07: {
    title: 'System Prompt Leakage',
    in2026: 'LLM08, Hidden Context Exposure',
    control:
      'Prompts are public files of this repository and hold nothing secret; no rule rests on a model heeding them. The nonce and the mark of a question are worth nothing in another one.',
    where: ['src/stages/3-judge/prompts/', 'src/stages/3-judge/request.ts'],
  },
  LLM08: {
    title: 'Vector and Embedding Weaknesses',
    in2026: 'LLM09',
    control:
      'Not applicable: autoland makes no embeddings, keeps no vectors, and retrieves nothing for a model.',
    where: [],
  },
  LLM09: {
    title: 'Misinformation',
    in2026: 'LLM07',
    control:
      'What an agent says is never evidence: the verifier runs everything itself, with the tests of the base. A judge that has no objection counts only while seeded defects show that it misses few.',
    where: ['src/stages/2-guardrails/', 'src/stages/3-judge/', 'src/views/judge-standing.ts'],
  },
  LLM10: {
    title: 'Unbounded Consumption',
    in2026: 'LLM06',
    control:
      'Budgets of change and day in tokens, dollars and minutes; a breaker for each server; a time for each task, job and panel; changes under way and in a day; limits of every body, answer and record.',
    where: ['src/adapters/model/around/', 'src/adapters/model-proxy/', 'src/wiring/mcp/open-changes.ts'],
  },
} as const satisfies Partial<Record<RiskId, Risk>>;

const forAgents = {
  ASI01: {
    title: 'Agent Goal Hijack',
    control:
      'An agent may be talked into anything: what it can do then is hand in a change under its own name. Its door, its files and its record are outside of what it decides.',
    where: ['src/adapters/coding-agent/', 'src/wiring/tasks/task.ts', 'src/server/mcp/'],
  },
  ASI02: {
    title: 'Tool Misuse and Exploitation',
    control:
      'Tools take closed questions and decide nothing. Of what an agent asks its model, only what is known to be harmless goes on: no tool that the provider runs, nothing fetched, nothing kept there.',
    where: ['src/server/mcp/', 'src/adapters/model-proxy/'],
  },
  ASI03: {
    title: 'Identity and Privilege Abuse',
    control:
      'Who an agent is comes from its token or the operator, never from what it says. A token opens one door, while a job lasts. A stolen key of one role merges and starts nothing.',
    where: ['src/wiring/mcp/', 'src/adapters/attestor/', 'src/wiring/models/model-door.ts'],
  },
  ASI04: {
    title: 'Agentic Supply Chain Vulnerabilities',
    control:
      'Beside packages: settings that connect agents to servers, skills and standing orders of agents are protected, so that no change of them lands alone. What may run as an agent is said on the machine, in a file that nobody else may write.',
    where: ['src/stages/1-classify/paths.ts', 'src/config/agent-programs.ts', 'src/stages/2-guardrails/'],
  },
  ASI05: {
    title: 'Unexpected Code Execution (RCE)',
    control:
      'Code of agents, changes and packages runs in a sandbox that is tried first: unprivileged, no network but what it is given, no files but its own, with limits. Installs run no scripts.',
    gap: 'It shares the kernel of this machine.',
    where: ['src/adapters/sandbox/bubblewrap/'],
  },
  ASI06: {
    title: 'Memory and Context Poisoning',
    control:
      'An agent keeps nothing from one task to the next. What the next one takes for orders (AGENTS.md and its like) is protected. No cache that is read back as true can be written from a sandbox.',
    where: [
      'src/stages/1-classify/paths.ts',
      'src/adapters/coding-agent/left-files.ts',
      'src/stages/3-judge/kept-answer.ts',
    ],
  },
  ASI07: {
    title: 'Insecure Inter-Agent Communication',
    control:
      'Agents do not talk to each other. A judge is shown no word of the author’s; roles speak by signed statements, bound to tree, policy and time; agents over HTTP show a token with each request.',
    where: ['src/stages/3-judge/request.ts', 'src/adapters/attestor/', 'src/wiring/mcp/http.ts'],
  },
  ASI08: {
    title: 'Cascading Failures',
    control:
      'A stage that fails is tried ever later, then held; a server that fails is left alone; one rollout for a service; a failure in production costs its class its autonomy. Whatever is unknown, late or thrown holds.',
    where: ['src/engine/', 'src/adapters/model/around/breaking.ts', 'src/views/autonomy.ts'],
  },
  ASI09: {
    title: 'Human-Agent Trust Exploitation',
    control:
      'What people read first is what code found, with its evidence. Words of agents, titles and outputs stand apart, as data: nothing hidden, nothing that a terminal or a channel obeys, no link.',
    gap: 'A well-written lie in a title is read as a title.',
    where: ['src/domain/plain.ts', 'src/cli/render/', 'src/adapters/notify/'],
  },
  ASI10: {
    title: 'Rogue Agents',
    control:
      'An agent has no key and no way around the record, which others write. The red button halts autonomy and is no agent’s to release; its token can be taken away at once, and a failure costs its class its autonomy.',
    where: ['src/adapters/model-proxy/', 'src/adapters/exchange-log/', 'src/wiring/serving/stop.ts'],
  },
} as const satisfies Partial<Record<RiskId, Risk>>;

export const risks: Readonly<Record<RiskId, Risk>> = { ...forModels, ...forAgents };
