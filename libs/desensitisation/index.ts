export { detectors, findIdentifiers, typeOfValue, type Certainty, type Detector, type Finding } from './domain/detectors/detectors.js';
