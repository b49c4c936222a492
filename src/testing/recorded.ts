/** The same port; each call of a method is first put down in `calls`, as `name.method`. */
export function recorded<Port extends object>(calls: string[], name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, key) {
      const found: unknown = Reflect.get(target, key, target);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]) => {
        calls.push(`${name}.${String(key)}`);
        return found.apply(target, args);
      };
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
