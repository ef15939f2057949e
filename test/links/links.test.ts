import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLinks, type LinkFacts, type LinkKey } from '#adapters/links.ts';
import { day } from '#domain/time.ts';

const oldKey: LinkKey = { version: '1', secret: 'the-old-secret-of-at-least-32-characters' };
const newKey: LinkKey = { version: '2', secret: 'the-new-secret-of-at-least-32-characters' };
const baseUrl = 'https://warden.example.com/prod';
const links = createLinks({ keys: [newKey, oldKey], baseUrl });
const now = Date.UTC(2026, 2, 3);
const facts: LinkFacts = { recipientId: 'rcp-3f2a', mailId: 'mail-01J9', expiresAt: now + 30 * day };

const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';
const token = tokenOf(links.unsubscribeUrl(facts));

/** A token by the written format, made without the code under test. */
const tokenByHand = (payload: unknown, purpose = 'unsubscribe', { version, secret } = newKey): string => {
  const written = Buffer.from(JSON.stringify(payload)).toString('base64url');
  const signature = createHmac('sha256', secret).update(`gpu-warden:link:${purpose}:${version}.${written}`);
  return `${version}.${written}.${signature.digest('base64url')}`;
};

describe('a link', () => {
  test('has the documented format', () => {
    expect(token).toBe(tokenByHand([facts.recipientId, facts.mailId, facts.expiresAt]));
  });

  test('gives back what it was made from', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 80 }),
        fc.string({ maxLength: 80 }),
        fc.integer({ min: now + 1, max: now + 10_000 * day }),
        (recipientId, mailId, expiresAt) => {
          const read = links.readToken(
            tokenOf(links.unsubscribeUrl({ recipientId, mailId, expiresAt })),
            'unsubscribe',
            now,
          );
          expect(read).toEqual({ valid: true, recipientId, mailId, expiresAt });
        },
      ),
    );
  });

  test('fits a header line and an address', () => {
    const uuid = '123e4567-e89b-12d3-a456-426614174000';
    const url = links.unsubscribeUrl({ recipientId: 'a'.repeat(64), mailId: `${uuid}/${uuid}`, expiresAt: now });
    expect(`List-Unsubscribe: <${url}>`.length).toBeLessThan(400);
    expect(url).toMatch(/^https:\/\/warden\.example\.com\/prod\/unsubscribe\?token=[A-Za-z0-9._-]+$/);
    expect(() => links.unsubscribeUrl({ ...facts, mailId: 'x'.repeat(900) })).toThrow(RangeError);
  });

  test('a trailing slash of the base does not double', () => {
    const slashed = createLinks({ keys: [newKey], baseUrl: `${baseUrl}/` });
    expect(slashed.unsubscribeUrl(facts)).toBe(links.unsubscribeUrl(facts));
  });
});

describe('a token is refused', () => {
  test('tampered at any position, with any character', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.%= \n';
    for (let position = 0; position < token.length; position += 1) {
      for (const character of alphabet) {
        if (token[position] === character) continue;
        const tampered = token.slice(0, position) + character + token.slice(position + 1);
        expect(links.readToken(tampered, 'unsubscribe', now).valid, tampered).toBe(false);
      }
    }
  });

  test('cut, lengthened or made of anything, without throwing', () => {
    for (let length = 0; length < token.length; length += 1) {
      expect(links.readToken(token.slice(0, length), 'unsubscribe', now)).toMatchObject({
        valid: false,
        because: 'malformed',
      });
    }
    for (const added of ['A', '.', '=', '\n', ' ', 'A'.repeat(2_000)]) {
      expect(links.readToken(token + added, 'unsubscribe', now)).toMatchObject({ valid: false, because: 'malformed' });
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (anything) => {
        expect(links.readToken(anything, 'unsubscribe', now)).toEqual({ valid: false, because: 'malformed' });
      }),
    );
  });

  test('when its signature is replaced by one of the same length', () => {
    const swapped = `${token.slice(0, -43)}${'A'.repeat(43)}`;
    expect(links.readToken(swapped, 'unsubscribe', now)).toEqual({ valid: false, because: 'forged' });
  });

  test('at its last moment, not before', () => {
    expect(links.readToken(token, 'unsubscribe', facts.expiresAt - 1)).toMatchObject({ valid: true });
    expect(links.readToken(token, 'unsubscribe', facts.expiresAt)).toEqual({ valid: false, because: 'expired' });
  });

  test('when it is forged as well as expired, as forged', () => {
    const forged = tokenByHand(['rcp', 'mail', now - day], 'unsubscribe', {
      version: '2',
      secret: 'guessed'.repeat(9),
    });
    expect(links.readToken(forged, 'unsubscribe', now)).toEqual({ valid: false, because: 'forged' });
  });

  test.each(['keep', 'rearm', 'Unsubscribe', ''])('when it was signed for %j', (purpose) => {
    const other = tokenByHand([facts.recipientId, facts.mailId, facts.expiresAt], purpose);
    expect(links.readToken(other, 'unsubscribe', now)).toEqual({ valid: false, because: 'forged' });
  });

  test.each([
    [[]],
    [['rcp', 'mail']],
    [['rcp', 'mail', '9999999999999']],
    [['rcp', 'mail', 1e99]],
    [{}],
    [null],
    [['rcp', 7, now + 1]],
  ])('when it is signed but says %j', (payload) => {
    expect(links.readToken(tokenByHand(payload), 'unsubscribe', now)).toEqual({ valid: false, because: 'malformed' });
  });
});

describe('changing keys', () => {
  const before = createLinks({ keys: [oldKey], baseUrl });
  const after = createLinks({ keys: [newKey], baseUrl });
  const oldToken = tokenOf(before.unsubscribeUrl(facts));

  test('the first key signs', () => {
    expect(token.startsWith('2.')).toBe(true);
    expect(oldToken.startsWith('1.')).toBe(true);
  });

  test('what an old key signed works while that key is listed, and no longer', () => {
    expect(links.readToken(oldToken, 'unsubscribe', now)).toMatchObject({ valid: true });
    expect(after.readToken(oldToken, 'unsubscribe', now)).toEqual({ valid: false, because: 'forged' });
  });

  test('a token cannot be passed off as one of another version', () => {
    expect(links.readToken(`1${token.slice(1)}`, 'unsubscribe', now)).toEqual({ valid: false, because: 'forged' });
  });

  test('the same version with another secret verifies nothing', () => {
    const rotated = createLinks({ keys: [{ ...newKey, secret: oldKey.secret }], baseUrl });
    expect(rotated.readToken(token, 'unsubscribe', now)).toEqual({ valid: false, because: 'forged' });
  });

  test.each([
    ['none', []],
    ['two of one version', [newKey, { ...oldKey, version: '2' }]],
    ['an empty version', [{ ...newKey, version: '' }]],
    ['a version with a dot', [{ ...newKey, version: 'v1.2' }]],
    ['a short secret', [newKey, { version: '1', secret: 'tooshort' }]],
  ])('keys that cannot be used are refused: %s', (_what, keys) => {
    expect(() => createLinks({ keys, baseUrl })).toThrow(TypeError);
    expect(() => createLinks({ keys, baseUrl })).not.toThrow(/secret-of|tooshort/);
  });
});
