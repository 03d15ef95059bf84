#!/usr/bin/env node
import { demandNode } from '../composition/node-version.js';

demandNode('opdomain');
await import('./run.js');
