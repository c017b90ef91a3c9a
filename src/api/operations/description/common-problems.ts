import type { ProblemCode } from '../../problems.ts';

/** Of a body that is not as it should be. */
export const form: readonly ProblemCode[] = [
  'MALFORMED_JSON',
  'VALIDATION_FAILED',
  'UNKNOWN_FIELD',
];
export const quantities: readonly ProblemCode[] = [...form, 'QUANTITY_OUT_OF_RANGE'];
export const productFaults: readonly ProblemCode[] = [
  'PRODUCT_NOT_FOUND',
  'PRODUCT_NOT_ON_SALE',
  'PRODUCT_UNAVAILABLE',
];
