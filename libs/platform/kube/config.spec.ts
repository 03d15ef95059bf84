import { describe, expect, it } from '@jest/globals';
import { kubeConfig } from './config.js';

describe('the way to the cluster', () => {
  it('must be named: neither the ambient kubeconfig nor two ways at once', () => {
    expect(kubeConfig.safeParse({}).success).toBe(false);
    expect(kubeConfig.safeParse({ kubeconfig: 'some.kubeconfig', inCluster: true }).success).toBe(false);
    expect(kubeConfig.safeParse({ kubeconfig: 'some.kubeconfig' }).success).toBe(true);
    expect(kubeConfig.safeParse({ inCluster: true }).success).toBe(true);
  });
});
