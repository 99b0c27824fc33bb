<?php
function title() { return 'a'; }
