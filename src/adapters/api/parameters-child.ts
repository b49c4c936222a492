import type { ParameterQuestion } from '../../domain/parameter-types.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { parameterShapes } from './parameter-shapes.ts';

/** A child of child-api-reader.ts: what a package declares in, its functions out. */
writeAnswer(parameterShapes(await readQuestion<ParameterQuestion>()));
