import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonMembers, jsonObject } from './json-members.ts';
import { parseStreamMetadata, revivedMetadata, SOFT_DELETE_METADATA } from './stream-metadata.ts';

describe('stream metadata', () => {
  test('tells what limits the readable events', () =>
    expect(
      parseStreamMetadata('{"$maxCount":3,"$maxAge":60,"$tb":5,"own":{"a":[1]}}'),
    ).toMatchObject({ maxCount: 3, maxAgeMs: 60_000, truncateBefore: 5, softDeleted: false }));

  test('the highest $tb is a soft delete, the one below only hides all', () => {
    expect(parseStreamMetadata(SOFT_DELETE_METADATA)?.softDeleted).toBe(true);
    expect(parseStreamMetadata('{"$tb":9223372036854775806}')).toMatchObject({
      softDeleted: false,
      truncateBefore: Number.MAX_SAFE_INTEGER,
    });
  });

  test('numbers that are not positive leave their key out', () =>
    expect(parseStreamMetadata('{"$maxCount":0,"$maxAge":-1,"$tb":-5}')).toMatchObject({
      maxCount: undefined,
      maxAgeMs: undefined,
      truncateBefore: 0,
    }));

  test('of a repeated key the last counts', () =>
    expect(parseStreamMetadata('{"$maxCount":3,"$maxCount":4}')?.maxCount).toBe(4));

  test.each([
    'nonsense',
    '[]',
    'null',
    '{"$maxCount":"3"}',
    '{"$maxCount":1.5}',
    '{"$maxAge":null}',
    '{"$tb":9223372036854776000}',
    '{"$acl":{"$x":"role"}}',
    '{"$acl":{"$r":[1]}}',
    '{"$acl":"role"}',
    '{"$tmp":"yes"}',
  ])('%s is no metadata at all', (text) => expect(parseStreamMetadata(text)).toBeUndefined());

  test('the known shapes of an access list are metadata', () =>
    expect(parseStreamMetadata('{"$acl":{"$r":"a","$w":["b","c"]}}')).toBeDefined());

  test('a revived stream keeps its keys, compact, with $tb where it was or at the end', () => {
    expect(revivedMetadata('{ "a" : [1, "x y"],\n"$tb": 9223372036854775807, "b": 1.0 }', 4)).toBe(
      '{"a":[1,"x y"],"$tb":4,"b":1.0}',
    );
    expect(revivedMetadata('{"own":2}', 3)).toBe('{"own":2,"$tb":3}');
  });
});

describe('members of a JSON object', () => {
  test('put together again are the same object', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object, null, 2);
        expect(JSON.parse(jsonObject(jsonMembers(text) ?? []))).toEqual(JSON.parse(text));
      }),
    ));
});
