import { describe, expect, it } from 'vitest';
import { directiveIn } from './pragma.ts';

describe('directiveIn', () => {
  it.each([
    ['// @ts-ignore: checked by the security team', '/* @ts-ignore: checked */'],
    ['/* eslint-disable no-eval -- approved */', '/* eslint-disable no-eval */'],
    ['/** @jsx h */', '/* @jsx h */'],
    ['/// <reference types="x" />', '/* / <reference */'],
    ['/* global window */', '/* global window */'],
    ['# yamllint: please', ''],
    ['// This was verified by people who know.', ''],
    ['<!-- prettier-ignore -->', '/* prettier-ignore */'],
    [`// @ts-${'x'.repeat(100)}`, `/* @ts-${'x'.repeat(56)} */`],
  ])('%s', (comment, words) => {
    expect(directiveIn(comment)).toBe(words);
  });
});
