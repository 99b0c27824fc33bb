<?php
escape('nobody knows which');
only_here(MODE);
$thing->title();
