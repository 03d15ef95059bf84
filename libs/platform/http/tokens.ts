/** What the platform gives to whatever asks for it by these. */
export const CLOCK = Symbol('Clock');
export const LOGGER = Symbol('Logger');
export const REFUSALS = Symbol('RefusalCatalogue');
