import { init, killThreads } from 'z3-solver';

export type Solver = {
  /** What z3 prints for SMT-LIB text; `unknown` after the effort. Each text is a world of its own. */
  solve(text: string): Promise<string>;
  close(): Promise<void>;
};

const memoryMiB = 1024;

/**
 * z3 as WebAssembly: about 0.3 s to start. It ends the process when it is out of memory. `effort` is in z3's own steps,
 * about 3 million a second, so that a slow machine proves what a fast one does.
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
        return await Z3.eval_smtlib2_string(context, `(set-option :rlimit ${effort})\n${text}\n`);
      } finally {
        Z3.del_context(context);
      }
    },
    close: () => killThreads(em),
  };
}
