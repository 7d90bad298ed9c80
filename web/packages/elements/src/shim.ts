// React as the shared views use it, on Preact: the hooks alone.
export { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
