import b from 'b';
import { deep } from 'b/deep';
import own from 'a/inner';
