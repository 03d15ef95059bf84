import { describe, expect, it } from '@jest/globals';
import { sourceClass } from './anonymous-refusals.js';

describe('the class of a source', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.9', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['fd00::1', 'private'],
    ['fe80::1%eth0', 'private'],
    ['8.8.8.8', 'public'],
    ['2001:db8::1', 'public'],
    ['', 'unknown'],
    ['somebody', 'unknown'],
  ])('of %s is %s', (address, expected) => {
    expect(sourceClass(address)).toBe(expected);
  });
});
