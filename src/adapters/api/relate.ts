import ts from 'typescript';
import type { ApiBreak } from '../../domain/api.ts';
import {
  areNamesakes,
  type Fit,
  isAnything,
  isForeign,
  isLibrary,
  isObject,
  isOptional,
  isPlain,
  propertyLike,
} from './fit.ts';
import { isGeneric, leastArguments, parameterAt } from './signatures.ts';

export type Difference = Pick<ApiBreak, 'kind' | 'place' | 'detail'>;

const maxDepth = 4;
const maxComparisons = 20_000;
const maxProperties = 1_000;

type Place = { readonly place: string; readonly depth: number };

/**
 * Is the new type as good as the old one to who reads values of it and calls them? Types that are written alike count as
 * alike, because each name that they are written with is compared on its own.
 */
export class Relation {
  readonly #checker: ts.TypeChecker;
  /** By old and new type: many places lead to one. */
  readonly #answers = new Map<ts.Type, Map<ts.Type, readonly Difference[]>>();
  readonly #fit: Fit;
  #left = maxComparisons;

  constructor(checker: ts.TypeChecker, fit: Fit) {
    this.#checker = checker;
    this.#fit = fit;
  }

  /** More was asked than is ever compared: what was answered since is worth nothing. */
  get exhausted(): boolean {
    return this.#left <= 0;
  }

  compare(old: ts.Type, now: ts.Type, at: Place): readonly Difference[] {
    if (old === now || isAnything(old) || isAnything(now)) return [];
    const answers = this.#answers.get(old) ?? new Map<ts.Type, readonly Difference[]>();
    this.#answers.set(old, answers);
    const known = answers.get(now);
    if (known !== undefined) return known;
    // Until it is known, a type that speaks of itself keeps what it promises of itself.
    answers.set(now, []);
    const found = this.#compare(old, now, at);
    answers.set(now, found);
    return found;
  }

  #compare(old: ts.Type, now: ts.Type, { place, depth }: Place): readonly Difference[] {
    this.#left -= 1;
    if (this.exhausted || (depth > 0 && this.#fit.text(old) === this.#fit.text(now))) return [];
    if (depth > maxDepth || (depth > 0 && areNamesakes(old, now)) || isForeign(old) || !isObject(old))
      return this.#leaf(old, now, place);
    const found = [
      ...this.#members(old, now, { place, depth }),
      ...this.#signatures(old, now, { place, depth, kind: ts.SignatureKind.Call }),
      ...this.#signatures(old, now, { place, depth, kind: ts.SignatureKind.Construct }),
    ];
    return isObject(now) || found.length > 0 ? found : this.#leaf(old, now, place);
  }

  /** What who makes values of a type must newly do: give more, or give less of a choice. */
  compareInput(old: ts.Type, now: ts.Type, place: string): readonly Difference[] {
    if (!isPlain(this.#checker, old) || !isPlain(this.#checker, now)) return [];
    return this.#checker.getPropertiesOfType(now).flatMap((property): readonly Difference[] => {
      const at = `${place}.${shown(property)}`;
      const before = propertyLike(this.#checker, old, property);
      if (before === undefined) {
        const detail = `${at} must newly be given`;
        return isOptional(property) ? [] : [{ kind: 'signature-narrowed', place: at, detail }];
      }
      const [given, taken] = [before, property].map((each) => this.#checker.getTypeOfSymbol(each));
      if (given === undefined || taken === undefined || this.#fit.fits(given, taken)) return [];
      const detail = `${at} was ${this.#short(given)} and must be ${this.#short(taken)}`;
      // Functions are mostly methods of what the package itself makes and is handed back.
      const isKnown = this.#fit.isSure(given, taken) && !(this.#isFunction(given) && this.#isFunction(taken));
      return [{ kind: isKnown ? 'signature-narrowed' : 'type-widened', place: at, detail }];
    });
  }

  #isFunction(type: ts.Type): boolean {
    return this.#checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0;
  }

  #members(old: ts.Type, now: ts.Type, { place, depth }: Place): readonly Difference[] {
    const properties = this.#checker.getPropertiesOfType(old);
    if (properties.length > maxProperties) this.#left = 0;
    return properties.flatMap((property): readonly Difference[] => {
      const name = shown(property);
      if (name === 'prototype' || isLibrary(property)) return [];
      const at = `${place}.${name}`;
      const counterpart = propertyLike(this.#checker, now, property);
      if (counterpart === undefined) {
        if (this.#checker.getIndexInfosOfType(now).length > 0) return [];
        return [{ kind: 'member-removed', place: at, detail: `${at} is gone` }];
      }
      const before = this.#checker.getTypeOfSymbol(property);
      const after = this.#checker.getTypeOfSymbol(counterpart);
      return this.compare(before, after, { place: at, depth: depth + 1 });
    });
  }

  #signatures(
    old: ts.Type,
    now: ts.Type,
    { place, depth, kind }: Place & { kind: ts.SignatureKind },
  ): readonly Difference[] {
    const before = this.#checker.getSignaturesOfType(old, kind);
    const after = this.#checker.getSignaturesOfType(now, kind);
    if (before.length === 0) return [];
    const verb = kind === ts.SignatureKind.Call ? 'called' : 'constructed';
    if (after.length === 0)
      return [{ kind: 'signature-narrowed', place, detail: `${place} can no longer be ${verb}` }];
    return before.flatMap((signature, at) => {
      const ordered = [...new Set([...after.slice(at, at + 1), ...after])];
      if (ordered.some((each) => this.#signatureText(each) === this.#signatureText(signature))) return [];
      const tried = ordered.map((each) => this.#signature(signature, each, { place, depth }));
      if (tried.some((each) => each.length === 0)) return [];
      // What one overload took, several may take between them, as long as there are no fewer.
      const isShuffled = after.length > 1 && after.length >= before.length;
      return (tried[0] ?? []).map((each) => (isShuffled ? { ...each, kind: 'type-widened' } : each));
    });
  }

  #signature(old: ts.Signature, now: ts.Signature, { place, depth }: Place): readonly Difference[] {
    const [least, before] = [leastArguments(this.#checker, now), leastArguments(this.#checker, old)];
    if (least > before) {
      const detail = `${place} needs ${least} arguments instead of ${before}`;
      return [{ kind: 'signature-narrowed', place, detail }];
    }
    for (let at = 0; at < Math.max(old.parameters.length, now.parameters.length); at += 1) {
      const [given, taken] = [parameterAt(this.#checker, old, at), parameterAt(this.#checker, now, at)];
      if (given === undefined || taken === undefined || this.#fit.fits(given, taken)) continue;
      const detail = `argument ${at + 1} of ${place} was ${this.#short(given)} and must be ${this.#short(taken)}`;
      // Type parameters of two functions are never one another's: that they fit is not to be seen from outside.
      const isKnown = !isGeneric(old) && !isGeneric(now) && this.#fit.isSure(given, taken);
      const kind = isKnown ? 'signature-narrowed' : 'type-widened';
      return [{ kind, place, detail }];
    }
    return this.compare(old.getReturnType(), now.getReturnType(), { place: `${place}()`, depth: depth + 1 });
  }

  #leaf(old: ts.Type, now: ts.Type, place: string): readonly Difference[] {
    if ((old.flags & ts.TypeFlags.Void) !== 0) return [];
    if (this.#fit.fits(now, old)) return [];
    const detail = `${place} was ${this.#short(old)} and is ${this.#short(now)}`;
    return [{ kind: 'type-widened', place, detail }];
  }

  #signatureText(signature: ts.Signature): string {
    return this.#checker.signatureToString(signature, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  #short(type: ts.Type): string {
    const text = this.#checker.typeToString(type);
    return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  }
}

/** `[iterator]` for what a symbol names. */
function shown(property: ts.Symbol): string {
  return property.getName().replace(/^__@(.*)@\d+$/, '[$1]');
}
