export * from '../../domain/syntax-tree.ts';
