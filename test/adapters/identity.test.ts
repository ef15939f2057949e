import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digest, newId } from '#adapters/identity.ts';

test('a digest stays the same for ever: what stands in a table is found by it', () => {
  expect(digest('ada@example.com')).toBe('tfyF5VdV-eDQMKEKtEKbaw');
  expect(digest('')).toBe('47DEQpj8HBSa-_TImW-5JA');
});

test('a digest is 22 characters that fit an address, a key and a header, and does not give its source away', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 4, maxLength: 200 }), (text) => {
      expect(digest(text)).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(digest(text)).not.toContain(text);
      expect(Buffer.from(digest(text), 'base64url')).toHaveLength(16);
    }),
  );
});

test('different texts have different digests, also where only the case differs: callers fold it', () => {
  const texts = ['ada@example.com', 'Ada@example.com', 'ada@example.co', 'ada@example.com ', 'bob@example.com'];
  expect(new Set(texts.map(digest)).size).toBe(texts.length);
});

test('an id is never given twice, and is safe in keys and tokens', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});
