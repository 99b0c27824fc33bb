<?php
function strlen($text) { return 0; }
