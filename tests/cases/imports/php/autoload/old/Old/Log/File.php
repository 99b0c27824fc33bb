<?php
class Old_Log_File extends Exception {}
