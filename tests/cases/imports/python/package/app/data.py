import os, app.late as late
