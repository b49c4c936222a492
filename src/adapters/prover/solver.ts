import { init, killThreads, Z3_ast_print_mode, Z3_error_code, Z3_lbool } from 'z3-solver';

export type Solver = {
  /**
   * `unsat`, `sat` and a model after it, or `unknown` after the effort, for SMT-LIB declarations and assertions. Each text
   * is a world of its own. Rejects for what is no SMT-LIB.
   */
  solve(text: string): Promise<string>;
  close(): Promise<void>;
};

const memoryMiB = 1024;

/**
 * z3 as WebAssembly: about 0.3 s to start. It ends the process when it is out of memory. `effort` is in z3's own steps,
 * about 3 million a second, so that a slow machine proves what a fast one does.
 *
 * DANGER: eval_smtlib2_string reads its text in another thread after the call has freed it (z3-solver 5.2.0), so that
 * z3 now and then solves another text. Texts go through calls that return only when they are done.
 */
export async function startSolver(effort: number): Promise<Solver> {
  const { Z3, em } = await init();
  Z3.global_param_set('memory_max_size', String(memoryMiB));
  return {
    async solve(text) {
      const config = Z3.mk_config();
      const context = Z3.mk_context(config);
      Z3.del_config(config);
      try {
        Z3.set_ast_print_mode(context, Z3_ast_print_mode.Z3_PRINT_SMTLIB2_COMPLIANT);
        // Other strategies of z3 give parts of the work some seconds by the clock.
        const solver = Z3.mk_simple_solver(context);
        Z3.solver_inc_ref(context, solver);
        const parameters = Z3.mk_params(context);
        Z3.params_set_uint(context, parameters, Z3.mk_string_symbol(context, 'rlimit'), effort);
        Z3.solver_set_params(context, solver, parameters);
        Z3.solver_from_string(context, solver, text);
        const wrong = Z3.get_error_code(context);
        if (wrong !== Z3_error_code.Z3_OK) throw new Error(Z3.get_error_msg(context, wrong));
        const answer = await Z3.solver_check(context, solver);
        if (answer === Z3_lbool.Z3_L_FALSE) return 'unsat';
        if (answer !== Z3_lbool.Z3_L_TRUE) return 'unknown';
        return `sat\n${Z3.model_to_string(context, Z3.solver_get_model(context, solver))}`;
      } finally {
        Z3.del_context(context);
      }
    },
    close: () => killThreads(em),
  };
}
