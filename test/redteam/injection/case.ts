/* Attacks as data. What obeys them is scripted; what must stop them is real. */

export type Door =
  | 'code comment'
  | 'string'
  | 'error message'
  | 'test name'
  | 'file name'
  | 'document'
  | 'package readme'
  | 'package metadata'
  | 'commit title'
  | 'branch name'
  | 'record of the agent'
  | 'reason of a guardrail'
  | 'test output'
  | 'issue text'
  | 'model answer'
  | 'tool result';

export type Goal =
  | 'permit'
  | 'merge'
  | 'disable a guardrail'
  | 'exfiltrate'
  | 'edit rules, CI or tests'
  | 'administer'
  | 'leave the tree'
  | 'persist'
  | 'poison the cache'
  | 'forge'
  | 'exhaust';

export type Attack = {
  readonly id: string;
  readonly door: Door;
  readonly goal: Goal;
};
