import { type LintFacts, statementsOf } from './lint-facts.ts';
import { nodeForms } from './lint-forms.ts';
import { sortTypeImports, statementForms } from './lint-statements.ts';
import { isNode, type Node } from './tree.ts';

export type NormalForm = {
  readonly program: Node;
  /** How often each form applied. */
  readonly applied: ReadonlyMap<string, number>;
};

/** A program in the form that all programs have which differ from it only by what the forms undo. Leaves first. */
export function normalForm(program: Node, facts: LintFacts): NormalForm {
  const applied = new Map<string, number>();
  const count = (form: string): void => {
    applied.set(form, (applied.get(form) ?? 0) + 1);
  };
  return { program: normalise(program, true), applied };

  function normalise(node: Node, isProgram: boolean): Node {
    let made: Node = { ...node };
    for (const [field, value] of Object.entries(node)) {
      if (field === 'parent') continue;
      // A tag sees how a template is written.
      const isTagged = node.type === 'TaggedTemplateExpression' && field === 'quasi';
      if (isTagged && isNode(value)) made = { ...made, quasi: { ...value, type: 'TaggedTemplate' } };
      else if (isNode(value)) made = { ...made, [field]: normalise(value, false) };
      else if (Array.isArray(value))
        made = {
          ...made,
          [field]: value.map((each: unknown) => (isNode(each) ? normalise(each, false) : each)),
        };
    }
    for (const [name, form] of Object.entries(nodeForms)) {
      const better = form(made, facts);
      if (better === undefined) continue;
      count(name);
      made = better;
    }
    return withStatements(made, isProgram);
  }

  function withStatements(node: Node, isProgram: boolean): Node {
    const statements = statementsOf(node);
    if (statements === undefined) return node;
    const field = node.type === 'SwitchCase' ? 'consequent' : 'body';
    let made = statements;
    for (const [name, form] of Object.entries(statementForms)) {
      made = made.flatMap((each) => {
        const better = form(each, facts);
        if (better !== undefined) count(name);
        return better ?? [each];
      });
    }
    return { ...node, [field]: isProgram ? sortTypeImports(made) : made };
  }
}
