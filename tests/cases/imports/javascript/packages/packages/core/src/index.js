import '#rates';
import '#lib/round';
import '#log';
import '#nothing';
