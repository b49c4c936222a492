import { afterEach, expect, it, vi } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { servicesOf } from '../../config/schema.ts';
import type { Place } from '../place/place.ts';
import { servedAt } from './doors.ts';
import { portsOf } from './free-port.ts';

afterEach(() => vi.restoreAllMocks());

it('says which named port counts for nothing', async () => {
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const services = servicesOf(
    parseConfig('version: 1\nservice: { name: shop, command: [node, a.js] }', 'test.yaml'),
  );
  const place = { files: { children: '/nonexistent/children.json' } } as Place;
  expect(await servedAt(place, services, portsOf('0'))).toMatchObject([{ service: { name: 'shop' } }]);
  expect(said).toBe('');
  expect(await servedAt(place, services, portsOf('shpo=7300'))).toHaveLength(1);
  expect(said).toContain('--port names shpo, and no service of that name runs here (shop)');
});
