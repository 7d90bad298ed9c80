// React as the shared views use it, on Preact: the hooks alone. An effect runs together with the
// change that caused it, for a page that nobody looks at is not painted, and its effects would wait.
export { useId, useLayoutEffect as useEffect, useMemo, useRef, useState } from 'preact/hooks';
