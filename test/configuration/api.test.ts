import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { settingsWith } from './example.ts';
import { faultLines } from './fault-lines.ts';

const withApi = (api: object) => ({ ...settingsWith({}), api });

describe('an issuer of one’s own', () => {
  test('comes with whom its tokens are for', () => {
    const api = { issuer: 'https://login.example.com', audience: ['warden'], groupsClaim: 'groups' };
    expect(readSettings(withApi(api)).api).toMatchObject(api);
  });

  test.each([
    [{ issuer: 'https://login.example.com' }, 'api.audience', 'at least one audience'],
    [{ audience: ['warden'] }, 'api.audience', 'none without `api.issuer`'],
    [{ issuer: 'ftp://login.example.com', audience: ['warden'] }, 'api.issuer', 'http or https'],
    [{ operatorGroup: 'our operators' }, 'api.operatorGroup', 'without spaces'],
    [{ allowOrigins: ['*'] }, 'api.allowOrigins[0]', 'http or https'],
  ])('%j is refused', (api, path, why) => {
    const lines = faultLines(withApi(api));
    expect(lines.join('\n')).toContain(path);
    expect(lines.join('\n')).toContain(why);
  });
});
