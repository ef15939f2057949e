import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLinks, type LinkKey, type LinkPurpose, type Links } from '#adapters/links.ts';
import { day } from '#domain/time.ts';

const oldKey: LinkKey = { version: '1', secret: 'the-old-secret-of-at-least-32-characters' };
const newKey: LinkKey = { version: '2', secret: 'the-new-secret-of-at-least-32-characters' };
const baseUrl = 'https://warden.example.com/prod';
const links = createLinks({ keys: [newKey, oldKey], baseUrl });
const now = Date.UTC(2026, 2, 3);
const expiresAt = now + 7 * day;

const unsubscribe = { recipientId: 'rcp-3f2a', mailId: 'mail-01J9', expiresAt };
const keep = { project: 'prj-9', runtimeId: 'rt-4f2a', episodeId: 'ep-1', mailId: 'mail-01J9', expiresAt };
const confirm = { recipientId: 'rcp-3f2a', personId: 'per-7', expiresAt };
const rearm = { breakerId: 'breaker-1', recipientId: 'rcp-3f2a', expiresAt };
const recreate = { savedId: 'saved-1', recipientId: 'rcp-3f2a', expiresAt };

/** Every purpose: its facts, what makes its address, and its payload by the written format. */
const all: readonly {
  readonly purpose: LinkPurpose;
  readonly facts: object;
  readonly make: (from: Links) => string;
  readonly payload: readonly (string | number)[];
}[] = [
  {
    purpose: 'unsubscribe',
    facts: unsubscribe,
    make: ({ unsubscribeUrl }) => unsubscribeUrl(unsubscribe),
    payload: ['rcp-3f2a', 'mail-01J9', expiresAt],
  },
  {
    purpose: 'keep',
    facts: keep,
    make: ({ keepUrl }) => keepUrl(keep),
    payload: ['prj-9', 'rt-4f2a', 'ep-1', 'mail-01J9', expiresAt],
  },
  {
    purpose: 'keep-all',
    facts: unsubscribe,
    make: ({ keepAllUrl }) => keepAllUrl(unsubscribe),
    payload: ['rcp-3f2a', 'mail-01J9', expiresAt],
  },
  {
    purpose: 'confirm',
    facts: confirm,
    make: ({ confirmUrl }) => confirmUrl(confirm),
    payload: ['rcp-3f2a', 'per-7', expiresAt],
  },
  {
    purpose: 'rearm',
    facts: rearm,
    make: ({ rearmUrl }) => rearmUrl(rearm),
    payload: ['breaker-1', 'rcp-3f2a', expiresAt],
  },
  {
    purpose: 'recreate',
    facts: recreate,
    make: ({ recreateUrl }) => recreateUrl(recreate),
    payload: ['saved-1', 'rcp-3f2a', expiresAt],
  },
];

/** A token by the written format, made without the code under test. */
const tokenByHand = (payload: unknown, purpose: string, { version, secret } = newKey): string => {
  const written = Buffer.from(JSON.stringify(payload)).toString('base64url');
  const signature = createHmac('sha256', secret).update(`gpu-warden:link:${purpose}:${version}.${written}`);
  return `${version}.${written}.${signature.digest('base64url')}`;
};

const forged = { valid: false, because: 'forged' };
const malformed = { valid: false, because: 'malformed' };

describe.each(all)('a link to $purpose', ({ purpose, facts, make, payload }) => {
  const url = make(links);
  const token = new URL(url).searchParams.get('token') ?? '';

  test('has the documented address and format', () => {
    expect(url).toBe(`${baseUrl}/${purpose}?token=${tokenByHand(payload, purpose)}`);
  });

  test('gives back what it was made from, until it expires', () => {
    expect(links.readToken(token, purpose, now)).toEqual({ valid: true, ...facts });
    expect(links.readToken(token, purpose, expiresAt - 1)).toMatchObject({ valid: true });
    expect(links.readToken(token, purpose, expiresAt)).toEqual({ valid: false, because: 'expired' });
  });

  test('is worth nothing for another purpose', () => {
    for (const other of all) {
      if (other.purpose !== purpose) expect(links.readToken(token, other.purpose, now)).toEqual(forged);
    }
  });

  test('does not survive a change of any character', () => {
    for (let position = 0; position < token.length; position += 1) {
      const changed = `${token.slice(0, position)}${token[position] === 'A' ? 'B' : 'A'}${token.slice(position + 1)}`;
      expect(links.readToken(changed, purpose, now).valid, changed).toBe(false);
    }
  });

  test('works while the key that signed it is listed, and no longer', () => {
    const old = new URL(make(createLinks({ keys: [oldKey], baseUrl }))).searchParams.get('token') ?? '';
    expect(links.readToken(old, purpose, now)).toEqual({ valid: true, ...facts });
    expect(createLinks({ keys: [newKey], baseUrl }).readToken(old, purpose, now)).toEqual(forged);
    expect(links.readToken(`2${old.slice(1)}`, purpose, now)).toEqual(forged);
  });

  test.each([
    ['one more', [...payload, 1]],
    ['one less', payload.slice(1)],
    ['a number for an id', [7, ...payload.slice(1)]],
    ['no time', [...payload.slice(0, -1), 'soon']],
    ['nothing', null],
  ])('that is signed but says something else is malformed: %s', (_what, wrong) => {
    expect(links.readToken(tokenByHand(wrong, purpose), purpose, now)).toEqual(malformed);
  });

  test('takes a further parameter, which is not signed', () => {
    const further = new URL(url);
    further.searchParams.set('for', '1d');
    expect(links.readToken(further.searchParams.get('token') ?? '', purpose, now)).toMatchObject({ valid: true });
  });
});

test('every link that can be made can be read', () => {
  const id = fc.string({ maxLength: 200 });
  fc.assert(
    fc.property(id, id, id, id, (project, runtimeId, episodeId, mailId) => {
      const facts = { project, runtimeId, episodeId, mailId, expiresAt };
      let url: string;
      try {
        url = links.keepUrl(facts);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      const token = new URL(url).searchParams.get('token') ?? '';
      expect(links.readToken(token, 'keep', now)).toEqual({ valid: true, ...facts });
    }),
  );
});

test('an unsubscribe link of a mail that is out already still works', () => {
  // Written by the version before there were other purposes.
  const token = '1.WyJyY3AtM2YyYSIsIm1haWwtMDFKOSIsMTc3MzEwMDgwMDAwMF0.MmdWaR61-vUzjaSsFG724wCUXfpDqxxJPcoHS1nXNC8';
  expect(links.readToken(token, 'unsubscribe', now)).toMatchObject({ valid: true, recipientId: 'rcp-3f2a' });
});
